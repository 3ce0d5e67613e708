"""What the Python peers share: the ready line, the truth, and one line per check."""

import json
import os
import sys
import urllib.request

READY = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SANDBOX")
if not READY:
    sys.exit("no ready line: set SANDBOX, or pass it as the first argument")
SANDBOX = json.loads(READY)
COUNTS = {"passed": 0, "failed": 0}


def check(what, actual, expected=True):
    if actual == expected:
        COUNTS["passed"] += 1
        print(f"ok   {what}")
    else:
        COUNTS["failed"] += 1
        print(f"FAIL {what}\n     got      {actual!r}\n     expected {expected!r}")


def control(path, method="GET"):
    request = urllib.request.Request(SANDBOX["control_url"] + path, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def truth():
    return control("/keys")


def reset():
    return control("/reset", "POST")


def end(name):
    """A peer that checked nothing has failed."""
    print(f"{name}: {COUNTS['passed']} passed, {COUNTS['failed']} failed")
    sys.exit(0 if COUNTS["failed"] == 0 and COUNTS["passed"] > 0 else 1)
