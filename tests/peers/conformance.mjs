// Validates the sandbox's replies with OpenRouter's own OpenAPI: every call goes through a `prism proxy`.
// One runs with --errors and gets well-formed calls. The other runs without, forwards malformed calls, and
// reports in a header what is wrong with their replies.
import { check, control, reset, run, sandbox, truth } from "./check.mjs";

const [strict, lenient] = [process.env.PRISM_STRICT, process.env.PRISM_LENIENT];
const management = sandbox.openrouter.management_key;

async function call(proxy, method, path, body, key = management) {
  const headers = { "content-type": "application/json" };
  if (key) headers.authorization = `Bearer ${key}`;
  const response = await fetch(proxy + path, {
    method,
    headers,
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const violations = JSON.parse(response.headers.get("sl-violations") ?? "[]");
  const text = await response.text();
  return { status: response.status, violations, text, json: () => JSON.parse(text) };
}

async function good(status, method, path, body, key) {
  const answer = await call(strict, method, path, body, key);
  const wrong = answer.status === status ? answer.violations : answer.text;
  check(`${method} ${path.replace(/[0-9a-f]{64}/, "{hash}")} -> ${status}`, [answer.status, wrong], [
    status,
    [],
  ]);
  return answer.json();
}

async function bad(status, method, path, body, key) {
  const answer = await call(lenient, method, path, body, key);
  const ofAnswer = answer.violations.filter((it) => it.location[0] !== "request");
  const what = typeof body === "string" ? body : JSON.stringify(body ?? null);
  check(`${method} ${path.replace(/[0-9a-f]{64}/, "{hash}")} ${what} -> ${status}`, [answer.status, ofAnswer], [
    status,
    [],
  ]);
}

await run("OpenAPI", async () => {
  await reset();
  const seeded = (await truth()).openrouter;
  const workspaces = (await good(200, "GET", "/workspaces")).data;
  await good(200, "GET", "/workspaces?offset=1&limit=1");
  await good(200, "GET", `/workspaces/${workspaces[1].id}`);
  await good(200, "GET", "/workspaces/default");
  await good(404, "GET", "/workspaces/nowhere");

  await good(200, "GET", "/keys");
  let listed = 0;
  for (const workspace of workspaces) {
    const query = `include_disabled=true&include_expired=true&workspace_id=${workspace.id}`;
    listed += (await good(200, "GET", `/keys?${query}`)).data.length;
  }
  check("every seeded key has been validated", listed, seeded.length);
  await good(200, "GET", "/keys?offset=1000");
  await good(404, "GET", "/keys?workspace_id=00000000-0000-4000-8000-000000000000");
  await bad(400, "GET", "/keys?offset=-1");
  await bad(400, "GET", "/keys?include_disabled=maybe");
  await bad(400, "GET", "/keys?workspace_id=x");

  const full = {
    name: "conformance",
    limit: 50,
    limit_reset: "monthly",
    include_byok_in_limit: true,
    expires_at: "2099-12-31T23:59:59Z",
    creator_user_id: "user_2dHFtVWx2n56w6HkM0000000000",
    workspace_id: workspaces[1].id,
    external: { user: "partner-user-123", api_key: "0123456789".repeat(4) },
  };
  const made = await good(201, "POST", "/keys", full);
  const least = await good(201, "POST", "/keys", { name: "x" });
  await good(201, "POST", "/keys", { name: "nulls", limit: null, limit_reset: null, expires_at: null });
  for (const body of [
    {},
    { name: "" },
    { name: 1 },
    { name: "x".repeat(257) },
    { name: "x", limit: -1 },
    { name: "x", limit: 1_000_000 },
    { name: "x", limit_reset: "hourly" },
    { name: "x", expires_at: "2099-12-31T23:59Z" },
    { name: "x", workspace_id: "x" },
    { name: "x", external: {} },
    "[]",
  ]) {
    await bad(400, "POST", "/keys", body);
  }

  const path = `/keys/${made.data.hash}`;
  await good(200, "GET", path);
  await good(200, "GET", "/key", undefined, made.key);
  await good(200, "GET", "/key");
  await good(200, "PATCH", path, { name: "renamed", disabled: true, limit: null, limit_reset: "daily" });
  await good(200, "PATCH", path, { workspace_id: workspaces[2].id, include_byok_in_limit: false });
  await good(400, "PATCH", path, { label: "ignored" });
  await bad(400, "PATCH", path, { name: null });
  await bad(400, "PATCH", path, { limit: "5" });
  const stuck = seeded.find((key) => key.name === "contractor");
  await good(409, "PATCH", `/keys/${stuck.hash}`, { workspace_id: workspaces[0].id });
  await good(401, "GET", "/key", undefined, made.key);
  await good(200, "DELETE", path);
  for (const method of ["GET", "DELETE"]) await good(404, method, path);
  await good(404, "PATCH", path, { disabled: false });
  await good(404, "GET", "/keys/sk-or-v1-doesnotexist");

  await good(200, "GET", "/credits");
  await good(200, "GET", "/activity");
  await good(400, "GET", "/activity?date=yesterday");
  // Only where the specification has a 403. It has none for GET /keys, where the sandbox also replies 403,
  // unless its quirk says 401.
  for (const [method, at, body] of [
    ["POST", "/keys", { name: "x" }],
    ["PATCH", path, { disabled: true }],
    ["GET", "/credits"],
    ["GET", "/activity"],
    ["GET", "/workspaces"],
  ]) {
    await good(403, method, at, body, least.key);
    await good(401, method, at, body, "sk-or-v1-wrong");
    await bad(401, method, at, body, null);
  }
  await bad(401, "GET", "/keys", undefined, null);

  // The validation must find this wrong.
  const incomplete = { path: "/api/v1/keys", action: { respond: { status: 200, body: { data: [{}] } } } };
  await control("/faults", { method: "POST", body: JSON.stringify(incomplete) });
  check("a key without fields is noticed", (await call(strict, "GET", "/keys")).status, 500);
});
