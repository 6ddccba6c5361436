#pragma once

namespace payferry::report {

// One colour a state, in light and dark; on paper the light ones.
inline constexpr const char* kPageStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2430;--soft:#5b6675;--line:#dfe3e8;--panel:#f6f7f9;
--succeeded:#2a8a5f;--skipped:#8b95a3;--duplicate:#bcc3cc;--failed:#c8373f;--blocked:#8050b5;--rejected:#d9822b;
--pending:#d6a800;--link:#2458a6}
@media(prefers-color-scheme:dark){:root{--paper:#14181e;--ink:#e6e9ed;--soft:#9aa5b3;--line:#2f3742;--panel:#1c222a;
--succeeded:#46b583;--skipped:#7b8695;--duplicate:#505a67;--failed:#ef6a70;--blocked:#a781d9;--rejected:#e89b4e;
--pending:#e0bd3c;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;padding:24px 16px 64px;max-width:1040px;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:40px 0 10px}
h3{font-size:1rem;margin:0 0 8px}
p{margin:6px 0}.soft{color:var(--soft);font-size:.9rem}code{font:.88em ui-monospace,monospace;overflow-wrap:anywhere}
.verdict{border-left:6px solid var(--mark);background:var(--panel);padding:14px 16px;margin:20px 0;font-size:1.1rem}
.complete{--mark:var(--succeeded)}.failures{--mark:var(--rejected)}.unfinished{--mark:var(--pending)}
.refused,.internal{--mark:var(--failed)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:24px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;vertical-align:top;padding:6px 10px 6px 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);white-space:nowrap}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.sum td{font-weight:600;border-bottom:0}
.once{white-space:nowrap}.bars{width:35%;vertical-align:middle}
svg{display:block;width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}
.grid{stroke:var(--line)}svg.bar{height:14px;min-width:60px;background:var(--panel)}
.whole svg.bar{height:26px}
.key{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0;font-size:.9rem}
.dot{display:inline-block;width:.7em;height:.7em;margin-right:.4em;border-radius:2px;background:var(--c)}
.succeeded{fill:var(--succeeded);--c:var(--succeeded)}.skipped{fill:var(--skipped);--c:var(--skipped)}
.duplicate{fill:var(--duplicate);--c:var(--duplicate)}.failed{fill:var(--failed);--c:var(--failed)}
.blocked{fill:var(--blocked);--c:var(--blocked)}.rejected{fill:var(--rejected);--c:var(--rejected)}
.pending{fill:var(--pending);--c:var(--pending)}
.card{border:1px solid var(--line);border-left:4px solid var(--c);border-radius:4px;padding:10px 14px;margin:10px 0;
break-inside:avoid}
.card b{font-weight:600}.card p{margin:3px 0}
@media(max-width:520px){body{padding:16px 12px 48px}th,td{padding-right:8px}.wide{display:none}
svg text{font-size:14px}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#ccc;--panel:#f3f3f3;--succeeded:#2a8a5f;--skipped:#8b95a3;
--duplicate:#bcc3cc;--failed:#c8373f;--blocked:#8050b5;--rejected:#d9822b;--pending:#d6a800}
body{max-width:none;padding:0;font-size:11pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.two>*,tr{break-inside:avoid}h2{break-after:avoid}}
)css";

}  // namespace payferry::report
