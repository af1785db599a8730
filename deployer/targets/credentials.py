"""How long the user's AWS credentials last, and their renewal. Used before whatever takes long, and for each Terraform.

botocore renews what it can (SSO, assumed roles, containers, a process) a quarter of an hour before its end. A session
token in the environment or in a file tells its end only with AWS_CREDENTIAL_EXPIRATION.
https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

from typing import Any

from deployer.errors import AccountRefused, EnvironmentUnready

NEEDED_S = 600  # what an apply may take; botocore waits for a renewal when less is left
_SIGN_IN = {
    "env": "export new ones, and AWS_CREDENTIAL_EXPIRATION with them",
    "sso": "`aws sso login`",
    "login": "`aws login`",
}


def refreshed(source: Any) -> Any:
    """What signs now: the key, the secret and the token of botocore's credentials, renewed where that is due.

    Raises:
        EnvironmentUnready: they are over, or nearly so, and can't be renewed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return source.get_frozen_credentials()
    except (BotoCoreError, ClientError, RuntimeError) as error:  # botocore's own for what is renewed and still over
        raise _short(source, str(error)) from error


def require_valid_for(target: Any) -> None:
    """Raises EnvironmentUnready where credentials end within ten minutes, and AccountRefused if renewed ones differ."""
    if target.source is None:
        return
    refreshed(target.source)
    needed = getattr(target.source, "refresh_needed", None)  # what does not end has none
    if needed and needed(NEEDED_S):
        raise _short(target.source)
    if target.keys.access_key != target.credentials.access_key:
        account = target.client("sts").get_caller_identity()["Account"]
        if account != target.account_id:
            raise AccountRefused(f"the credentials were renewed as those of another account, {account}")


def _short(source: Any, why: str = "") -> EnvironmentUnready:
    again = _SIGN_IN.get(source.method, "sign in again")
    return EnvironmentUnready(
        f"the AWS credentials ({source.method}) end within {NEEDED_S // 60} minutes and can't be renewed",
        remedy=f"{again}, then try again: an apply that they end in leaves its state unsaved",
        details=(why,) if why else (),
    )
