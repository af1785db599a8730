"""The way to ask: `GET /files/{key+}` and `GET /transactions/{transaction_id}`, for callers that IAM knows."""

import hashlib
import json
from typing import Any

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from stack.bindings import (
    ApiGatewayDeployment,
    ApiGatewayIntegration,
    ApiGatewayMethod,
    ApiGatewayMethodSettings,
    ApiGatewayMethodSettingsSettings,
    ApiGatewayRequestValidator,
    ApiGatewayResource,
    ApiGatewayRestApi,
    ApiGatewayRestApiEndpointConfiguration,
    ApiGatewayStage,
    ApiGatewayStageAccessLogSettings,
    LambdaPermission,
)
from stack.encryption import Encryption
from stack.function import PipelineFunction
from stack.identity import allow, objects, telling_absence
from stack.logs import log_group
from stack.settings import PARTITION, REGION, Settings
from stack.suppressions import suppress
from transactions.layout import REPORTS

STAGE = "v1"
ROUTES = (("files", "{key+}"), ("transactions", "{transaction_id}"))
NEVER_CACHED = "a file's status must be the newest, and a cache answers with an older one"
ACCEPTED_AT_STAGE = {
    "CKV_AWS_120": NEVER_CACHED,
    "CKV2_AWS_4": "execution logs need a role that is one per account and region; access logs are on",
    "CKV2_AWS_29": "every call is signed with IAM and throttled; a web firewall guards against anonymous callers",
    "CKV2_AWS_51": "a client certificate is for HTTP backends; Lambda is called by AWS itself",
}
REQUESTS_PER_S, BURST = 50, 100
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "caller": "$context.identity.caller",
    "ip": "$context.identity.sourceIp",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "error": "$context.error.message",
}


class Api(Construct):
    """A REST API, authorised by IAM, throttled, logged, and answered by one function."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, encryption: Encryption) -> None:
        super().__init__(scope, construct_id)
        self.status = PipelineFunction(
            self,
            "status",
            settings,
            encryption,
            role="transaction-status",
            source="status",
            memory_mb=512,
            timeout_s=25,  # below the 29 s that API Gateway waits
            environment={"BUCKET_NAME": settings.bucket, "TABLE_NAME": settings.table},
            statements=_status_statements(settings),
            key_actions=["kms:Decrypt"],  # it writes nothing
        )
        self.api = ApiGatewayRestApi(
            self,
            "api",
            name=settings.api,
            description="Where a file is, and what was loaded",
            endpoint_configuration=ApiGatewayRestApiEndpointConfiguration(types=["REGIONAL"]),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.validator = ApiGatewayRequestValidator(
            self, "validator", rest_api_id=self.api.id, name="parameters", validate_request_parameters=True
        )
        integrations = [self._route(settings, path) for path in ROUTES]
        deployment = ApiGatewayDeployment(
            self,
            "deployment",
            rest_api_id=self.api.id,
            # a deployment is a snapshot: changed routes need a new one, made before the old one goes
            triggers={"routes": hashlib.sha256(f"{ROUTES} AWS_IAM aws_proxy".encode()).hexdigest()},
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            depends_on=integrations,
        )
        self.stage = self._stage(settings, encryption, deployment)
        LambdaPermission(
            self,
            "permission",
            statement_id="AllowInvocationByTheApi",
            action="lambda:InvokeFunction",
            function_name=self.status.function.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=f"{self.api.execution_arn}/{STAGE}/GET/*",
        )

    def _route(self, settings: Settings, path: tuple[str, ...]) -> ApiGatewayIntegration:
        """GET on `path`, for callers with permission, answered by the status function."""
        parent = self.api.root_resource_id
        for part in path:
            resource = ApiGatewayResource(
                self, f"{path[0]}-{part.strip('{+}')}", rest_api_id=self.api.id, parent_id=parent, path_part=part
            )
            parent = resource.id
        method = ApiGatewayMethod(
            self,
            f"get-{path[0]}",
            rest_api_id=self.api.id,
            resource_id=parent,
            http_method="GET",
            authorization="AWS_IAM",
            request_validator_id=self.validator.id,
            request_parameters={f"method.request.path.{path[-1].strip('{+}')}": True},
        )
        return ApiGatewayIntegration(
            self,
            f"answer-{path[0]}",
            rest_api_id=self.api.id,
            resource_id=parent,
            http_method=method.http_method,
            type="AWS_PROXY",
            integration_http_method="POST",
            uri=(
                f"arn:{PARTITION}:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
                f"{settings.function_arn('transaction-status')}/invocations"
            ),
        )

    def _stage(self, settings: Settings, encryption: Encryption, deployment: ApiGatewayDeployment) -> ApiGatewayStage:
        logs = log_group(self, settings, encryption, settings.api_log_group)
        stage = ApiGatewayStage(
            self,
            "stage",
            rest_api_id=self.api.id,
            deployment_id=deployment.id,
            stage_name=STAGE,
            xray_tracing_enabled=True,
            access_log_settings=ApiGatewayStageAccessLogSettings(
                destination_arn=logs.arn, format=json.dumps(ACCESS_LOG)
            ),
        )
        for rule, reason in ACCEPTED_AT_STAGE.items():
            suppress(stage, rule, reason=reason)
        throttling = ApiGatewayMethodSettings(
            self,
            "throttling",
            rest_api_id=self.api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings=ApiGatewayMethodSettingsSettings(
                throttling_rate_limit=REQUESTS_PER_S, throttling_burst_limit=BURST, metrics_enabled=True
            ),
        )
        suppress(throttling, "CKV_AWS_225", reason=NEVER_CACHED)
        return stage


def _status_statements(settings: Settings) -> list[dict[str, Any]]:
    return [
        allow("s3:GetObject", objects(settings, REPORTS)),
        telling_absence(settings),
        allow("dynamodb:GetItem", settings.table_arn),
    ]
