"""The whole system, in the order of the data. Wiring only: what each part is stands in its own module."""

import shutil
from dataclasses import asdict
from pathlib import Path

from cdktf import App, TerraformLocal, TerraformOutput, TerraformStack, TerraformVariable
from constructs import Construct

from stack.api import STAGE, Api
from stack.backend import add_backend
from stack.bindings import AwsProvider, AwsProviderDefaultTags, DataAwsCallerIdentity, DataAwsPartition
from stack.encryption import Encryption
from stack.failures import Failures
from stack.intake import Intake
from stack.notifications import Notifications
from stack.outputs import Outputs
from stack.settings import ACCOUNT, REGION, Settings
from stack.store import Store
from stack.workflow import Workflow

LOCK = Path(__file__).with_name(".terraform.lock.hcl")


def synthesise(settings: Settings) -> None:
    """Write the stack and its assets below the folder that CDKTF_OUTDIR names, `cdktf.out` if nothing does.

    With the hashes of the provider, which `terraform init` looks for beside the configuration.
    """
    app = App()
    TapStack(app, settings.construct_id, settings)
    app.synth()
    shutil.copy(LOCK, Path(app.outdir) / "stacks" / settings.construct_id)


class TapStack(TerraformStack):
    """CSV files of transactions from an S3 bucket to a DynamoDB table."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        add_backend(self, settings)
        self._ask_where(settings)
        encryption = Encryption(self, "encryption", settings)
        failures = Failures(self, "failures", settings, encryption)
        Notifications(self, "notifications", settings, failures.topic)
        store = Store(self, "store", settings, encryption)
        intake = Intake(self, "intake", settings, encryption, failures)
        workflow = Workflow(self, "workflow", settings, encryption, failures)
        intake.transformer.deployed_after(workflow.loader)
        api = Api(self, "api", settings, encryption)
        self._tell(
            Outputs(
                bucket_name=intake.bucket.bucket,
                table_name=store.table.name,
                validator_function_name=intake.validator.function.function_name,
                transformer_function_name=intake.transformer.function.function_name,
                loader_function_name=workflow.loader.function.function_name,
                status_function_name=api.status.function.function_name,
                state_machine_arn=workflow.state_machine.arn,
                topic_arn=failures.topic.arn,
                dead_letter_queue_url=failures.queue.url,
                kms_key_arn=encryption.arn,
                api_id=api.api.id,
                api_stage=STAGE,
                api_url=api.stage.invoke_url,
                account_id=ACCOUNT,
                region=REGION,
            )
        )

    def _ask_where(self, settings: Settings) -> None:
        """The region is a variable and stands here once; partition and account follow from where it is deployed.

        Everything else refers to these three, so one synthesised file deploys anywhere. With `account_id` given,
        a plan needs no credentials; left blank, AWS is asked who is calling.
        """
        region = TerraformVariable(
            self, "aws_region", type="string", default=settings.aws_region, description="where the stack is deployed"
        )
        account = TerraformVariable(
            self, "account_id", type="string", default="", description="the account's 12 digits; blank: the caller's"
        )
        AwsProvider(
            self,
            "aws",
            region=region.string_value,
            default_tags=[AwsProviderDefaultTags(tags=_tags(settings))],
        )
        DataAwsPartition(self, "partition").override_logical_id("current")
        caller = DataAwsCallerIdentity(self, "caller")
        caller.override_logical_id("current")
        caller.add_override("count", f'${{{account.fqn} == "" ? 1 : 0}}')
        local = TerraformLocal(self, "account", None)
        local.override_logical_id("account_id")
        local.expression = (
            f'${{{account.fqn} != "" ? {account.fqn} : one(data.aws_caller_identity.current[*].account_id)}}'
        )

    def _tell(self, outputs: Outputs) -> None:
        for name, value in asdict(outputs).items():
            TerraformOutput(self, f"output-{name}", value=value).override_logical_id(name)


def _tags(settings: Settings) -> dict[str, str]:
    return {
        "Project": "tap",
        "EnvironmentSuffix": settings.environment_suffix,
        "ManagedBy": "cdktf",
        "Repository": settings.repository,
        "Author": settings.commit_author,
        "Team": settings.team,
        **({"ExpiresAt": settings.expires_at} if settings.expires_at else {}),
    }
