// Shows /snapshot.json, every second, and sends what is steered. Every text goes in as text, never as markup.
"use strict";

const EVERY_MS = 1000;
const STATES = ["succeeded", "skipped", "failed", "blocked", "rejected", "duplicate", "pending"];
const CAUSES = {
  paused: "pause", global_rate: "the rate over all", endpoint_rate: "the rate of an endpoint", in_flight: "answers",
  account: "accounts", not_before: "the next try",
};
const $ = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en", {maximumFractionDigits: 0});
const short = new Intl.NumberFormat("en", {maximumFractionDigits: 1});
let shown = null;

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawn(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function span(seconds) {
  const s = Math.round(seconds), pad = (n) => String(n).padStart(2, "0");
  const days = Math.floor(s / 86400), hours = Math.floor(s / 3600) % 24, minutes = Math.floor(s / 60) % 60;
  if (days) return `${days} d ${hours}:${pad(minutes)}`;
  return hours ? `${hours}:${pad(minutes)}:${pad(s % 60)}` : `${minutes}:${pad(s % 60)}`;
}

function clock(ms) {
  const at = new Date(ms), today = new Date().toDateString() === at.toDateString();
  return today ? at.toLocaleTimeString() : at.toLocaleString();
}

function put(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function showProgress(now) {
  const items = now.items, taking = now.run.to_detach > 0;
  const ended = taking ? now.run.detached : items.read - items.pending;
  const total = taking ? now.run.to_detach : items.read;
  const open = !taking && (!now.input.complete || now.input.counting);
  put("done", whole.format(ended));
  put("share", `of ${whole.format(total)}${open ? " read so far" : ""}` +
      (total && !open ? ` (${Math.floor(100 * ended / total)} %)` : ""));
  put("pace", short.format(now.pace.per_second));
  const left = now.state === "paused" ? null : now.pace.seconds_left;
  put("left", left === null ? "–" : span(left));
  put("finish", left === null ? (open ? "the input is still being read" : "") : `at ${clock(now.at_ms + left * 1000)}`);
  put("held", now.state === "paused" ? "pause" : now.pace.held_by || "nothing");
  put("flight", `${now.in_flight.now} of ${now.in_flight.limit} in flight`);
  const parts = [], words = [];
  for (const state of STATES) {
    const part = make("span", state);
    part.style.flexGrow = items[state];
    parts.push(part);
    if (!items[state] && state !== "succeeded" && state !== "pending") continue;
    const word = make("li");
    word.append(make("i", state), make("b", "", whole.format(items[state])), ` ${state}`);
    words.push(word);
  }
  $("bar").replaceChildren(...parts);
  $("bar").setAttribute("aria-label", STATES.map((state) => `${items[state]} ${state}`).join(", "));
  $("legend").replaceChildren(...words);
}

function showBars(id, entries, format, none) {
  const most = Math.max(...entries.map(([, value]) => value), 0);
  const rows = entries.sort((a, b) => b[1] - a[1]).map(([name, value]) => {
    const row = make("li"), track = make("span", "track"), fill = make("span");
    fill.style.width = `${100 * value / most}%`;
    track.append(fill);
    row.append(make("span", "name", name), make("span", "", format(value)), track);
    return row;
  });
  $(id).replaceChildren(...(rows.length ? rows : [make("li", "none", none)]));
}

function showTable(id, rows, none) {
  const columns = $(id).tHead.rows[0].cells.length;
  const made = rows.map((cells) => {
    const row = make("tr");
    for (const cell of cells) row.append(cell instanceof Node ? cell : make("td", "", cell));
    return row;
  });
  if (!made.length) {
    const row = make("tr"), cell = make("td", "none", none);
    cell.colSpan = columns;
    row.append(cell);
    made.push(row);
  }
  $(id).tBodies[0].replaceChildren(...made);
}

function showTables(now) {
  showTable("limits", now.limits.map((limit) => {
    const changed = (value, than) => make("td", value === than ? "" : "changed", short.format(value));
    return [limit.name, short.format(limit.configured), changed(limit.wanted, limit.configured),
            changed(limit.in_force, limit.wanted), limit.refused_at === null ? "–" : short.format(limit.refused_at)];
  }));
  const requests = now.requests;
  put("requests", `${whole.format(requests.total)} requests, ${whole.format(requests.retries)} sent again, ` +
      `${whole.format(requests.rate_limited)} refused as too many`);
  put("trouble-count", now.accounts.in_trouble ? String(now.accounts.in_trouble) : "");
  showTable("accounts", now.accounts.list.map((each) => [each.account, each.state, each.code || "–", clock(each.since_ms)]),
            "none");
  showTable("errors", [...now.errors].reverse().map((each) =>
    [clock(each.at_ms), each.account || "–", each.endpoint, each.code || each.meaning, each.request_id || "–"]), "none");
  const workers = now.workers || [];
  $("fleet").hidden = workers.length === 0;
  showTable("workers", workers.map((each) => [
    each.self ? `${each.name} (this one)` : each.name, `${whole.format(100 * each.share)} %`, whole.format(each.lanes),
    short.format(each.per_second), whole.format(each.succeeded),
    !each.live ? "not heard of" : each.idle ? "nothing to do" : each.held_by || (each.reads ? "reads the list" : "moves")]), "none");
  const steering = now.steering;
  put("skipped", steering.skipped_accounts.length ? `skipped: ${steering.skipped_accounts.join(", ")}` : "");
  showTable("changes", [...steering.changes].reverse().map((each) =>
    [clock(each.at_ms), each.who, each.account ? `${each.what} ${each.account}` : each.what, each.before, each.after]),
            "nothing");
  showBars("waits", Object.entries(now.pace.waits).filter(([, value]) => value >= 0.1)
    .map(([cause, value]) => [CAUSES[cause] || cause, value]), span, "nothing yet");
  showBars("failures", Object.entries(now.failures), (value) => whole.format(value), "none");
}

// Counters become what happened a second between two samples.
function rates(history, column) {
  const points = [];
  for (let at = 1; at < history.length; ++at) {
    const seconds = history[at][0] - history[at - 1][0];
    if (seconds > 0) points.push([history[at][0], Math.max(0, (history[at][column] - history[at - 1][column]) / seconds)]);
  }
  return points;
}

function niceTop(most) {
  const power = 10 ** Math.floor(Math.log10(most || 1));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((top) => top >= most) || 1;
}

function plot(id, series, limit) {
  const svg = $(id), width = svg.clientWidth || 400, height = svg.clientHeight || 170;
  const left = 40, bottom = 20, top = 8, wide = width - left - 8, high = height - bottom - top;
  const all = series.flatMap((each) => each.points);
  const most = Math.max(...all.map(([, value]) => value), 0.001);
  const shownLimit = limit > 0 && limit <= 4 * most ? limit : 0;
  const yTop = niceTop(Math.max(most, shownLimit) * 1.02);
  const from = all.length ? all[0][0] : 0, to = Math.max(...all.map(([at]) => at), from + 1);
  const x = (at) => left + wide * (at - from) / (to - from), y = (value) => top + high * (1 - value / yTop);
  const parts = [];
  for (const share of [0, 0.5, 1]) {
    parts.push(drawn("line", {class: "grid", x1: left, x2: width - 8, y1: y(yTop * share), y2: y(yTop * share)}),
               drawn("text", {x: left - 6, y: y(yTop * share) + 4, "text-anchor": "end"}, short.format(yTop * share)));
  }
  for (const [share, anchor] of [[0, "start"], [1, "end"]])
    parts.push(drawn("text", {x: left + wide * share, y: height - 5, "text-anchor": anchor}, span(from + (to - from) * share)));
  if (shownLimit) parts.push(drawn("line", {class: "limit", x1: left, x2: width - 8, y1: y(limit), y2: y(limit)}));
  for (const {name, points} of series) {
    const path = points.map(([at, value], n) => `${n ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    if (path) parts.push(drawn("path", {class: name, d: path}));
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", series.map(({name, points}) =>
    `${name}: ${points.length ? short.format(points[points.length - 1][1]) : 0} a second now`).join(", "));
  svg.replaceChildren(...parts);
}

function showPlots(now) {
  const history = now.history;
  plot("plot-items", [{name: "succeeded", points: rates(history, 1)}, {name: "failed", points: rates(history, 2)}], 0);
  plot("plot-requests", [{name: "requests", points: rates(history, 3)}, {name: "limited", points: rates(history, 4)}],
       now.limits[0].in_force);
}

function showState(text, className) {
  put("state", text);
  $("state").className = `pill ${className}`;
}

function show(now) {
  shown = now;
  document.body.classList.remove("stale");
  document.title = `${now.job}: ${now.state}`;
  put("job", now.job);
  showState(now.state, now.state);
  put("since", `for ${span(now.seconds)}, since ${clock(now.started_ms)}`);
  $("notice").hidden = !now.reason;
  put("notice", now.reason);
  $("page").hidden = false;
  showProgress(now);
  showTables(now);
  showPlots(now);
  const paused = now.steering.paused;
  put("pause", paused ? "Resume" : "Pause");
  $("pause").disabled = now.state !== "moving" && now.state !== "paused";
}

function showGone() {
  showState("not reachable", "gone");
  document.body.classList.add("stale");
  if (!shown) return;
  $("notice").hidden = false;
  put("notice", "The run has ended, or cannot be reached. What is shown is the last that it told; " +
      "`payferry status` tells how it ended.");
}

async function look() {
  if (document.hidden || $("login").open) return;
  let answer;
  try {
    answer = await fetch("/snapshot.json", {cache: "no-store", signal: AbortSignal.timeout(8000)});
    if (answer.status === 401) {
      $("login").showModal();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const now = await answer.json();
    $("controls").hidden = answer.headers.get("X-Payferry-Steer") !== "yes";
    show(now);
  } catch {
    showGone();
  }
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, EVERY_MS);
}

function send(path, headers, body) {
  return fetch(path, {method: "POST", headers: {"X-Payferry": "page", ...headers}, body});
}

async function steer(request) {
  put("answer", "…");
  try {
    const answer = await send("/steer", {"Content-Type": "application/json"}, JSON.stringify({job: shown.job, ...request}));
    put("answer", (await answer.json()).message);
    $("answer").className = answer.ok ? "" : "problem";
  } catch {
    put("answer", "the run does not answer");
    $("answer").className = "problem";
  }
  look();
}

function wished() {
  const set = {};
  for (const name of ["rate", "endpoint", "in_flight"])
    if ($(name).value.trim()) set[name] = Number($(name).value.trim().replace(",", "."));
  return set;
}

$("pause").addEventListener("click", () => steer({do: shown.steering.paused ? "resume" : "pause"}));
$("set").addEventListener("submit", (event) => {
  event.preventDefault();
  const set = wished();
  if (Object.keys(set).length) steer({do: "set", set});
});
$("reset").addEventListener("click", () =>
  steer({do: "set", set: {rate: "configured", endpoint: "configured", in_flight: "configured"}}));
$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await send("/login", {Authorization: `Bearer ${$("token").value}`}).catch(() => null);
  $("token").value = "";
  put("login-problem", answer && answer.ok ? "" : answer ? "That is not the token." : "The run cannot be reached.");
  if (!answer || !answer.ok) return;
  $("login").close();
  look();
});
document.addEventListener("visibilitychange", look);
addEventListener("resize", () => shown && showPlots(shown));
keepLooking();
