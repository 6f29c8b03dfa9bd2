"""The published client of the platform (PyPI miso-client), as it is used, against an instance that
speaks /api/v1. What it found is printed as one object of JSON; the test holds it against what is
true. What to call and as whom stands in the environment: CONTROLLER, CLIENT_ID, CLIENT_SECRET,
SIGN_IN_KEY.
"""

import asyncio
import json
import os
import re

import httpx
from miso_client import MisoClient, MisoClientConfig
from miso_client.api.types.applications_types import UpdateSelfStatusRequest
from miso_client.errors import AuthenticationError, MisoClientError
from miso_client.models.config import LogEntry

CONTROLLER = os.environ["CONTROLLER"]
CLIENT_ID = os.environ["CLIENT_ID"]


def client(secret: str = os.environ["CLIENT_SECRET"]) -> MisoClient:
    return MisoClient(
        MisoClientConfig(
            controller_url=CONTROLLER,
            client_id=CLIENT_ID,
            client_secret=secret,
            log_level="info",
        )
    )


async def answer(user_code: str, person: str) -> None:
    """What a person does in a browser: types the code and the key, and says who it is."""
    async with httpx.AsyncClient(base_url=CONTROLLER, trust_env=False) as browser:
        typed = {"user_code": user_code, "launch_key": os.environ["SIGN_IN_KEY"]}
        page = await browser.post("/device", data=typed)
        transaction = re.search(r'name="transaction" value="([^"]+)"', page.text)
        assert transaction, page.text
        chosen = {"transaction": transaction.group(1), "person": person}
        done = await browser.post("/device/answer", data=chosen)
        assert done.status_code == 200, done.text


async def signed_in(miso: MisoClient, person: str) -> dict:
    """Signs a person in on another device."""
    auth = miso.api_client.auth
    begun = (await auth.initiate_device_code(environment="dev")).data
    waiting = await auth.poll_device_code_token(begun.deviceCode)
    await answer(begun.userCode, person)
    tokens = (await auth.poll_device_code_token(begun.deviceCode)).data
    assert tokens, "somebody answered"
    renewed = await auth.refresh_device_code_token(tokens.refreshToken)
    return {
        "waiting": waiting.error,
        "renewed": renewed.refreshToken not in (None, tokens.refreshToken),
        "interval": begun.interval,
        "token": renewed.accessToken,
    }


async def of_the_application(miso: MisoClient) -> dict:
    token = await miso.get_environment_token()
    checked = (await miso.validate_client_token(token)).data
    status = await miso.get_application_status()
    told = await miso.update_my_application_status(UpdateSelfStatusRequest(status="healthy"))
    try:
        await client("a guess").get_environment_token()
        refused = None
    except AuthenticationError as error:
        refused = {"status": error.status_code, "method": error.auth_method}
    return {
        "authenticated": checked.authenticated,
        "application": checked.applicationKey,
        "environment": checked.environment,
        "status": status.model_dump(exclude={"createdAt", "updatedAt"}),
        "told": told.success,
        "seen": told.application.status if told.application else None,
        "refused": refused,
    }


async def of_a_person(miso: MisoClient, person: str) -> dict:
    session = await signed_in(miso, person)
    token = session.pop("token")
    user = await miso.get_user_info(token)
    found = {
        **session,
        "valid": await miso.validate_token(token),
        "invalid": await miso.validate_token("nonsense"),
        "user": user.model_dump() if user else None,
        "roles": await miso.get_roles(token),
        "in_production": (await miso.api_client.auth.get_roles(token, environment="pro")).data.roles,
        "deploys": await miso.has_permission(token, "applications:deploy"),
        "permissions": len(await miso.refresh_permissions(token)),
        "logs": await logs(miso, token),
    }
    await miso.logout(token)
    # Another client: what this one knows of the token is kept for a while.
    found["valid_after_the_end"] = await client().validate_token(token)
    return found


async def logs(miso: MisoClient, token: str) -> dict:
    """What the application told, read as a person; the error where that may not be."""
    await miso.log.info("an order came", {"order": 42})
    await miso.log.error("no stock")
    await miso.log.audit("CREATE", "orders/42")
    entry = LogEntry(
        timestamp="2026-01-31T12:00:00Z",
        level="warn",
        environment="dev",
        application="orders-api",
        message="slow",
    )
    batch = await miso.api_client.logs.send_batch_logs([entry])
    read = miso.api_client.logs
    try:
        general = await read.list_general_logs(token, search="an order came", page_size=100)
    except MisoClientError as error:
        problem = error.error_response
        return {
            "status": error.status_code,
            "title": problem.title if problem else None,
            "detail": problem.detail if problem else None,
            "correlated": bool(problem and problem.correlationId),
        }
    audit = await read.list_audit_logs(token, entity_id="unknown", action="CREATE")
    jobs = await read.list_job_logs(token, sort="timestamp", level="info")
    one = await read.get_job_log(token, jobs.data[0].id)
    summary = await read.get_stats_summary(token, environment="dev")
    return {
        "batch": [batch.success, batch.processed, batch.failed],
        "message": general.data[0].message,
        "place": [general.data[0].environment, general.data[0].application],
        "context": (general.data[0].context or {}).get("order"),
        "type": general.meta.type,
        "audit": audit.data[0].entityType,
        "job": one.data.model_dump() == jobs.data[0].model_dump(),
        "errors": summary.data.byLevel.get("error"),
    }


async def main() -> None:
    miso = client()
    await miso.initialize()
    found = {
        "application": await of_the_application(miso),
        "developer": await of_a_person(miso, "mikko.saari"),
        "administrator": await of_a_person(miso, "aino.laine"),
    }
    await miso.disconnect()
    print(json.dumps(found))


asyncio.run(main())
