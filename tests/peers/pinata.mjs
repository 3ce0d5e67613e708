// The official npm client `pinata`, unmodified, against the sandbox.
import { PinataSDK } from "pinata";
import { check, reset, run, sandbox, truth } from "./check.mjs";

const sdk = (jwt) => new PinataSDK({ pinataJwt: jwt, endpointUrl: `${sandbox.pinata.base_url}/v3` });

await run("npm pinata", async () => {
  await reset();
  const admin = sdk(sandbox.pinata.jwt);
  const seeded = (await truth()).pinata;

  check("testAuthentication", await admin.testAuthentication(), {
    message: "Congratulations! You are communicating with the Pinata API!",
  });
  check("list() is the first page", await admin.keys.list(), seeded.slice(0, 10));
  check("list().all() is everything", await admin.keys.list().all(), seeded);
  check("list().offset()", await admin.keys.list().offset(20), seeded.slice(20, 30));
  const where = (filter) => seeded.filter(filter).slice(0, 10);
  check("list().revoked(true)", await admin.keys.list().revoked(true), where((key) => key.revoked));
  check("list().revoked(false)", await admin.keys.list().revoked(false), where((key) => !key.revoked));
  check(
    "list().limitedUse(true).exhausted(true)",
    await admin.keys.list().limitedUse(true).exhausted(true),
    where((key) => key.max_uses !== null && key.uses >= key.max_uses),
  );
  check(
    "list().name() ignores case and takes spaces",
    await admin.keys.list().name("MACBOOK pro"),
    where((key) => key.name.includes("MacBook Pro")),
  );

  const made = await admin.keys.create({
    keyName: "peer, with a comma",
    permissions: { endpoints: { pinning: { pinFileToIPFS: true } } },
    maxUses: 2,
  });
  check("create() has the three fields", Object.keys(made).sort(), [
    "JWT",
    "pinata_api_key",
    "pinata_api_secret",
  ]);
  check("the secret is visibly fake", made.pinata_api_secret.startsWith("fa4efa4e"));
  const [newest] = (await truth()).pinata;
  check("the new key is listed first", [newest.key, newest.name, newest.max_uses, newest.uses], [
    made.pinata_api_key,
    "peer, with a comma",
    2,
    0,
  ]);
  check("its scopes are echoed", newest.scopes, {
    endpoints: { pinning: { pinFileToIPFS: true } },
    admin: false,
  });

  const scoped = sdk(made.JWT);
  check("the new key authenticates", typeof (await scoped.testAuthentication()), "object");
  const refusal = await scoped.keys.list().then(() => null, (error) => error);
  check("a scoped key may not list", [refusal?.name, refusal?.statusCode], ["AuthenticationError", 403]);
  check("both calls were uses", (await truth()).pinata[0].uses, 2);
  const spent = await scoped.testAuthentication().then(() => null, (error) => error);
  check("an exhausted key is refused", spent?.statusCode, 403);

  const issuer = await admin.keys.create({
    keyName: "issuer",
    permissions: { resources: ["org:write"] },
  });
  check("org:write may list", (await sdk(issuer.JWT).keys.list()).length, 10);

  check("revoke()", await admin.keys.revoke([made.pinata_api_key, issuer.pinata_api_key]), [
    { key: made.pinata_api_key, status: "Revoked" },
    { key: issuer.pinata_api_key, status: "Revoked" },
  ]);
  check("revoke() again", await admin.keys.revoke([made.pinata_api_key]), [
    { key: made.pinata_api_key, status: "Revoked" },
  ]);
  const after = (await truth()).pinata;
  check("both are still listed, as revoked", after.slice(0, 2).map((key) => key.revoked), [true, true]);
  check("everything is listed once more", await admin.keys.list().all(), after);
  const dead = await sdk(issuer.JWT).testAuthentication().then(() => null, (error) => error);
  check("a revoked key is refused", dead?.statusCode, 403);
  const wrong = await sdk("not a token").keys.list().then(() => null, (error) => error);
  check("a wrong token is refused", [wrong?.name, wrong?.statusCode], ["AuthenticationError", 401]);
});
