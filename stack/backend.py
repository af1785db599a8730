"""Where Terraform keeps its state: S3 with native locking where a state bucket is set, a local file otherwise."""

from cdktf import LocalBackend, S3Backend, TerraformStack

from stack.settings import Settings


def add_backend(stack: TerraformStack, settings: Settings) -> None:
    """Give `stack` an S3 backend if `settings.state_bucket` is not blank, and otherwise a file beside it.

    The lock is an object beside the state (`use_lockfile`, Terraform >= 1.10), written with S3's conditional
    writes: there is no lock table to create, to pay, or to forget. CDKTF 0.21 has no property for it, hence the
    override. https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
    """
    if not settings.state_bucket:
        # relative, so that the synthesised file is the same on every machine
        LocalBackend(stack, path="terraform.tfstate")
        return
    S3Backend(
        stack,
        bucket=settings.state_bucket,
        key=settings.state_key,
        region=settings.state_bucket_region or settings.aws_region,
        encrypt=True,
    )
    stack.add_override("terraform.backend.s3.use_lockfile", value=True)
