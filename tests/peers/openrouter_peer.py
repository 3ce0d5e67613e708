"""The official PyPI client `openrouter`, unmodified, against the sandbox."""

import datetime
import json

from openrouter import OpenRouter, errors
from openrouter.utils import RetryConfig

from check import SANDBOX, check, end, reset, truth

BASE = SANDBOX["openrouter"]["base_url"]


def sdk(key):
    return OpenRouter(api_key=key, server_url=BASE, retry_config=RetryConfig("none", None, False))


def status(call):
    try:
        call()
    except errors.OpenRouterError as error:
        return error.status_code
    return None


def instant(value):
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def plain(key):
    """The vendor's field names; instants as instants, in whatever way they were written."""
    fields = key if isinstance(key, dict) else json.loads(key.model_dump_json(by_alias=True))
    moments = ("expires_at", "last_used_at")
    return {name: instant(value) if name in moments else value for name, value in fields.items()}


reset()
seeded = truth()["openrouter"]
now = datetime.datetime.now(datetime.timezone.utc)
with sdk(SANDBOX["openrouter"]["management_key"]) as admin:
    keys = admin.api_keys
    workspaces = admin.workspaces.list().result.data
    check("workspaces.list", [it.name for it in workspaces], ["Production", "Staging", "Research"])
    check("workspaces.get", admin.workspaces.get(id="staging").data.id, workspaces[1].id)

    default = keys.list().data
    hidden = lambda key: key["disabled"] or (key["expires_at"] and instant(key["expires_at"]) < now)
    home = [key for key in seeded if key["workspace_id"] == workspaces[0].id]
    check("list hides", [plain(k) for k in default], [plain(k) for k in home if not hidden(k)])
    everything = []
    for workspace in workspaces:
        listed = keys.list(include_disabled=True, include_expired=True, workspace_id=workspace.id).data
        own = [key for key in seeded if key["workspace_id"] == workspace.id]
        check(f"list all of {workspace.name}", [plain(k) for k in listed], [plain(k) for k in own])
        everything += listed
    check("together they are all", len(everything), len(seeded))
    for key in seeded:
        check(f"get {key['name']}", plain(keys.get(hash=key["hash"]).data), plain(key))

    made = keys.create(
        name="peer",
        limit=0.1,
        limit_reset="monthly",
        expires_at=now + datetime.timedelta(days=1),
        external={"user": "peer-user"},
    )
    handle = made.data.hash
    find = lambda: next((key for key in truth()["openrouter"] if key["hash"] == handle), None)
    check("create", plain(made.data), plain(find()))
    check("create took the user", made.data.external_user, "peer-user")
    with sdk(made.key) as own:
        metadata = own.api_keys.get_current_key_metadata().data
        check("the new key knows itself", (metadata.label, metadata.limit), (made.data.label, 0.1))
        check("its limit is a budget", metadata.effective_budget.scope, "key_limit")
        check("the new key may not list", status(lambda: own.api_keys.list()), 403)
        check("nor read credits", status(lambda: own.credits.get_credits()), 403)

    moved = keys.update(hash=handle, workspace_id=workspaces[2].id, name="peer 2", limit=None).data
    check("update", (moved.workspace_id, moved.name, moved.limit), (workspaces[2].id, "peer 2", None))
    check("update is what it shows", plain(moved), plain(find()))
    check("update without a field", status(lambda: keys.update(hash=handle)), 400)
    stuck = next(key for key in seeded if key["name"] == "contractor")
    move = lambda: keys.update(hash=stuck["hash"], workspace_id=workspaces[0].id)
    check("a creator who is not a member", status(move), 409)

    check("delete", keys.delete(hash=handle).DELETED, True)
    check("delete again", status(lambda: keys.delete(hash=handle)), 404)
    check("get it", status(lambda: keys.get(hash=handle)), 404)
    check("update it", status(lambda: keys.update(hash=handle, disabled=True)), 404)
    with sdk(made.key) as dead:
        check("a deleted key is refused", status(dead.api_keys.get_current_key_metadata), 401)
    check("nothing else changed", truth()["openrouter"], seeded)
    check("the management key", admin.api_keys.get_current_key_metadata().data.is_management_key, True)
    check("activity", admin.analytics.get_user_activity().data, [])
    spent = round(sum(key["usage"] for key in seeded), 6)
    check("credits", admin.credits.get_credits().data.total_usage, spent)
end("PyPI openrouter")
