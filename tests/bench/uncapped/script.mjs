// What a competent engineer would write with the official SDK: a pool of workers, idempotency keys, keep-alive, retries.
// No ledger, no pacing, no reconciling.   node script.mjs INPUT.csv HOST PORT http|https
import fs from 'node:fs';
import readline from 'node:readline';
import http from 'node:http';
import https from 'node:https';
import Stripe from 'stripe';

const [input, host, port, protocol] = process.argv.slice(2);
const agentOf = protocol === 'https' ? https.Agent : http.Agent;
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, {
  host, port: Number(port), protocol, maxNetworkRetries: 2, telemetry: false,
  httpAgent: new agentOf({keepAlive: true, maxSockets: 64}),
});

async function move([customer, payment_method, account]) {
  const options = (what) => ({stripeAccount: account, idempotencyKey: `${what}-${account}-${payment_method}`});
  const clone = await stripe.paymentMethods.create({customer, payment_method}, options('clone'));
  await stripe.customers.create(
      {payment_method: clone.id, metadata: {payferry_source_customer: customer}}, options('customer'));
}

const lines = readline.createInterface({input: fs.createReadStream(input)})[Symbol.asyncIterator]();
await lines.next();
async function worker() {
  for (let line = await lines.next(); !line.done; line = await lines.next()) await move(line.value.split(','));
}
await Promise.all(Array.from({length: 64}, worker));
