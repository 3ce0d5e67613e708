// What the JavaScript peers share: the ready line, the truth, and one line per check.
import { isDeepStrictEqual, inspect } from "node:util";

export const sandbox = JSON.parse(process.argv[2] ?? process.env.SANDBOX ?? "null");
if (!sandbox) {
  console.error("no ready line: set SANDBOX, or pass it as the first argument");
  process.exit(2);
}

let failed = 0;
let passed = 0;

export function check(what, actual, expected = true) {
  if (isDeepStrictEqual(actual, expected)) {
    passed += 1;
    console.log(`ok   ${what}`);
  } else {
    failed += 1;
    console.log(`FAIL ${what}\n     got      ${inspect(actual)}\n     expected ${inspect(expected)}`);
  }
}

export async function control(path, init) {
  const response = await fetch(sandbox.control_url + path, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

export const truth = () => control("/keys");
export const reset = () => control("/reset", { method: "POST" });

// Runs the checks and ends the process. A peer without checks has failed.
export async function run(name, checks) {
  try {
    await checks();
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name} stopped\n     ${inspect(error)}`);
  }
  console.log(`${name}: ${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
