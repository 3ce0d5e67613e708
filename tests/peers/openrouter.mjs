// The official npm client `@openrouter/sdk`, unmodified, against the sandbox.
import { OpenRouter } from "@openrouter/sdk";
import { check, reset, run, sandbox, truth } from "./check.mjs";

const retries = { strategy: "none" };
const sdk = (apiKey) => new OpenRouter({ apiKey, serverURL: sandbox.openrouter.base_url, retryConfig: retries });
const status = (promise) => promise.then(() => null, (error) => error.statusCode ?? error);

// A key of the client with the vendor's field names. 1.3.19 has no `last_used_at`.
const plain = (key) => ({
  byok_usage: key.byokUsage,
  byok_usage_daily: key.byokUsageDaily,
  byok_usage_monthly: key.byokUsageMonthly,
  byok_usage_weekly: key.byokUsageWeekly,
  created_at: key.createdAt,
  creator_user_id: key.creatorUserId,
  disabled: key.disabled,
  expires_at: key.expiresAt && key.expiresAt.getTime(),
  external_user: key.externalUser,
  hash: key.hash,
  include_byok_in_limit: key.includeByokInLimit,
  label: key.label,
  limit: key.limit,
  limit_remaining: key.limitRemaining,
  limit_reset: key.limitReset,
  name: key.name,
  updated_at: key.updatedAt,
  usage: key.usage,
  usage_daily: key.usageDaily,
  usage_monthly: key.usageMonthly,
  usage_weekly: key.usageWeekly,
  workspace_id: key.workspaceId,
});
const expected = ({ last_used_at, ...key }) => ({
  ...key,
  expires_at: key.expires_at && Date.parse(key.expires_at),
});

await run("npm @openrouter/sdk", async () => {
  await reset();
  const admin = sdk(sandbox.openrouter.management_key);
  const seeded = (await truth()).openrouter;
  const expired = (key) => key.expires_at !== null && Date.parse(key.expires_at) < Date.now();

  const workspaces = [];
  for await (const page of await admin.workspaces.list({})) workspaces.push(...page.result.data);
  check("workspaces.list()", workspaces.map((it) => it.name), ["Production", "Staging", "Research"]);
  const byDefault = await admin.workspaces.get({ id: "default" });
  check("workspaces.get() of the default one", byDefault.data.id, workspaces[0].id);
  const bySlug = await admin.workspaces.get({ id: "research" });
  check("workspaces.get() by slug", bySlug.data.id, workspaces[2].id);

  const first = await admin.apiKeys.list();
  check(
    "list() hides what is disabled, expired or elsewhere",
    first.data.map(plain),
    seeded
      .filter((key) => !key.disabled && !expired(key) && key.workspace_id === workspaces[0].id)
      .map(expected),
  );
  for (const workspace of workspaces) {
    const listed = await admin.apiKeys.list({ includeDisabled: true, workspaceId: workspace.id });
    check(
      `list({includeDisabled}) in ${workspace.name}`,
      listed.data.map(plain),
      seeded.filter((key) => !expired(key) && key.workspace_id === workspace.id).map(expected),
    );
  }
  check("list({offset}) past the end", (await admin.apiKeys.list({ offset: 100 })).data, []);
  for (const key of seeded) {
    const got = await admin.apiKeys.get({ hash: key.hash });
    check(`get() ${key.name}`, plain(got.data), expected(key));
  }

  const made = await admin.apiKeys.create({
    requestBody: {
      name: "peer",
      limit: 12.5,
      limitReset: "weekly",
      includeByokInLimit: true,
      expiresAt: new Date(Date.now() + 86_400_000),
      workspaceId: workspaces[1].id,
    },
  });
  const hash = made.data.hash;
  const find = async () => (await truth()).openrouter.find((key) => key.hash === hash);
  check("create() is what it shows", plain(made.data), expected(await find()));
  check("create() took the limit", [made.data.limit, made.data.limitRemaining, made.data.limitReset], [
    12.5, 12.5, "weekly",
  ]);
  check("create() gives a key that looks fake", /^sk-or-v1-fa4efa4e[0-9a-f]{56}$/.test(made.key));

  const self = await sdk(made.key).apiKeys.getCurrentKeyMetadata();
  check("the new key knows itself", [self.data.label, self.data.limit, self.data.isManagementKey], [
    made.data.label,
    12.5,
    false,
  ]);
  const owner = await admin.apiKeys.getCurrentKeyMetadata();
  check("the management key knows itself", [owner.data.isManagementKey, owner.data.limit], [true, null]);
  check("the new key may not list", await status(sdk(made.key).apiKeys.list()), 403);

  const update = (requestBody) => admin.apiKeys.update({ hash, requestBody });
  const changed = await update({ name: "peer 2", disabled: true, limit: null });
  check("update()", [changed.data.name, changed.data.disabled, changed.data.limit], ["peer 2", true, null]);
  check("update() is what it shows", plain(changed.data), expected(await find()));
  check("a disabled key is refused", await status(sdk(made.key).apiKeys.getCurrentKeyMetadata()), 401);
  check("update() without a field", await status(update({})), 400);
  const credits = await admin.credits.getCredits();
  const spent = seeded.reduce((sum, key) => sum + Math.round(key.usage * 1e6), 0) / 1e6;
  check("credits", credits.data.totalUsage, spent);

  const gone = await admin.apiKeys.delete({ hash });
  check("delete()", gone.deleted, true);
  check("delete() again", await status(admin.apiKeys.delete({ hash })), 404);
  check("get() of a deleted key", await status(admin.apiKeys.get({ hash })), 404);
  check("the truth has forgotten it", (await find()) === undefined);
  check("a deleted key is refused", await status(sdk(made.key).apiKeys.getCurrentKeyMetadata()), 401);
  check("a wrong key is refused", await status(sdk("sk-or-v1-wrong").apiKeys.list()), 401);
  check("a wrong offset is refused", await status(admin.apiKeys.list({ offset: -1 })), 400);
});
