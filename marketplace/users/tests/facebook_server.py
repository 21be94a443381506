"""Facebook as its documents describe it, for tests: `python -m …facebook_server PORT`.

Login by code (dialog, exchange), and the Graph API: `oauth/access_token` also for the application's
own token, `debug_token`, `me` with `appsecret_proof` required. It keeps people, codes and tokens,
and refuses in Facebook's form. Sources: "Manually Build a Login Flow", "Securing Graph API
Requests", "Debug-Token" on developers.facebook.com.
"""

import hashlib
import hmac
import sys
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request

APPS = {"shop": "facebook-test-secret", "another-shop": "another-secret"}
VERSION = "/v19.0"


@dataclass(frozen=True)
class Grant:
    app_id: str
    user_id: str
    redirect_uri: str = ""


app = Flask(__name__)
people: dict[str, dict[str, Any]] = {}
codes: dict[str, Grant] = {}
tokens: dict[str, Grant] = {}
failing: dict[str, str] = {}


def refusal(message: str, code: int = 190) -> tuple[Response, int]:
    """Facebook's errors are 400s, whatever is wrong."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": token_hex(8)}
    return jsonify(error=error), 400


@app.before_request
def misbehave() -> Response | None:
    failure = failing.get(request.path.removeprefix(VERSION))
    if failure == "garbage":
        return Response("<html>Sorry, something went wrong.</html>", content_type="text/html")
    return Response(status=500) if failure else None


@app.post("/dialog/oauth")
def dialog() -> Any:
    asked = request.args
    if asked["client_id"] not in APPS:
        return refusal("Invalid App ID", 101)
    code = token_hex(24)
    codes[code] = Grant(asked["client_id"], request.form["sub"], asked["redirect_uri"])
    back = urlencode({"code": code, "state": asked["state"]})
    return redirect(f"{asked['redirect_uri']}?{back}#_=_")


@app.get(f"{VERSION}/oauth/access_token")
def access_token() -> Any:
    asked = request.args
    app_id = asked.get("client_id", "")
    if not hmac.compare_digest(APPS.get(app_id, ""), asked.get("client_secret", "")):
        return refusal("Error validating client secret.", 1)
    if asked.get("grant_type") == "client_credentials":
        return jsonify(access_token=f"{app_id}|{APPS[app_id]}", token_type="bearer")
    grant = codes.pop(asked.get("code", ""), None)
    if grant is None:
        return refusal("This authorization code has been used.", 100)
    if (grant.app_id, grant.redirect_uri) != (app_id, asked.get("redirect_uri")):
        return refusal("Error validating verification code.", 100)
    return jsonify(access_token=token_for(grant), token_type="bearer", expires_in=5_183_944)


@app.get(f"{VERSION}/debug_token")
def debug_token() -> Any:
    app_id, _, secret = request.args["access_token"].partition("|")
    if APPS.get(app_id) != secret:
        return refusal("Invalid OAuth access token signature.")
    grant = tokens.get(request.args["input_token"])
    if grant is None:
        error = {"code": 190, "message": "Malformed access token"}
        return jsonify(data={"error": error, "is_valid": False, "scopes": []})
    data = {"app_id": grant.app_id, "user_id": grant.user_id, "is_valid": True, "type": "USER"}
    return jsonify(data={**data, "scopes": ["email", "public_profile"]})


@app.get(f"{VERSION}/me")
def me() -> Any:
    token = request.args.get("access_token", "")
    grant = tokens.get(token)
    if grant is None:
        return refusal("Invalid OAuth access token.")
    expected = hmac.new(APPS[grant.app_id].encode(), token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.args.get("appsecret_proof", "")):
        return refusal("Invalid appsecret_proof provided in the API argument", 100)
    fields = request.args.get("fields", "id,name").split(",")
    whole = {**people.get(grant.user_id, {}), "id": grant.user_id}
    return jsonify({name: whole[name] for name in fields if name in whole})


@app.put("/control/people/<sub>")
def set_person(sub: str) -> Any:
    people[sub] = request.get_json()
    return jsonify(people[sub])


@app.put("/control/failing")
def set_failing() -> Any:
    failing.clear()
    failing.update(request.get_json())
    return jsonify(failing)


@app.post("/control/tokens")
def give_token() -> Any:
    """What Facebook's kit in an app (of whichever company) holds."""
    given = request.get_json()
    return jsonify(access_token=token_for(Grant(given["app_id"], given["user_id"])))


@app.get("/ready")
def ready() -> str:
    return "yes"


def token_for(grant: Grant) -> str:
    token = f"EAA{token_hex(40)}"
    tokens[token] = grant
    return token


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), threaded=True)
