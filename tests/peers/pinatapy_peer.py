"""The PyPI client `pinatapy-vourhey`, unmodified, against the sandbox. It speaks the legacy API with
the header pair, and has no list."""

import pinatapy
import requests

from check import SANDBOX, check, end, reset, truth

pinatapy.API_ENDPOINT = SANDBOX["pinata"]["base_url"] + "/"
ACCESS = SANDBOX["pinata"]
PAIR = {
    "pinata_api_key": ACCESS["api_key"],
    "pinata_secret_api_key": ACCESS["api_secret"],
}

reset()
admin = pinatapy.PinataPy(ACCESS["api_key"], ACCESS["api_secret"])
before = truth()["pinata"]

made = admin.generate_api_key(
    "peer", False, {"permissions": {"endpoints": {"pinning": {"unpin": True}}}, "maxUses": 3}
)
check("generate", sorted(made), ["JWT", "pinata_api_key", "pinata_api_secret"])
newest = truth()["pinata"][0]
check("it is listed", (newest["key"], newest["name"]), (made["pinata_api_key"], "peer"))
check("with its limit", (newest["uses"], newest["max_uses"]), (0, 3))
check("with its scopes", newest["scopes"], {"endpoints": {"pinning": {"unpin": True}}, "admin": False})

second = admin.generate_api_key("peer admin", True)
check("generate admin", truth()["pinata"][0]["scopes"], {"admin": True})
other = pinatapy.PinataPy(second["pinata_api_key"], second["pinata_api_secret"])
check("revoke with the new admin", other.revoke_api_key(made["pinata_api_key"]), {"message": "Revoked"})
check("it is revoked", truth()["pinata"][1]["revoked"])
check("revoke again", other.revoke_api_key(made["pinata_api_key"]), {"message": "Revoked"})
check("revoke an unknown key", other.revoke_api_key("0" * 20), {"message": "Revoked"})
check("nothing else changed", truth()["pinata"][2:], before)

scoped = pinatapy.PinataPy(made["pinata_api_key"], made["pinata_api_secret"])
refusal = scoped.revoke_api_key(second["pinata_api_key"])
check("a revoked key is refused", (refusal["status"], "API_KEY_REVOKED" in refusal["text"]), (403, True))
wrong = pinatapy.PinataPy(ACCESS["api_key"], "wrong").generate_api_key("x", True)
check("a wrong secret is refused", (wrong["status"], "INVALID_API_KEYS" in wrong["text"]), (401, True))

# The client has no list; the same headers with the client's own HTTP library.
page = requests.get(pinatapy.API_ENDPOINT + "users/apiKeys?offset=20", headers=PAIR, timeout=30).json()
check("the legacy listing counts all", page["count"], len(before) + 2)
shown = [{k: v for k, v in key.items() if k != "secret"} for key in page["keys"]]
check("and pages by ten", shown, truth()["pinata"][20:30])
check("with an opaque secret", all(key["secret"].startswith("fa4efa4e") for key in page["keys"]))
end("PyPI pinatapy-vourhey")
