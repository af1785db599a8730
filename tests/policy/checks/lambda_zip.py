"""TAP_LAMBDA_1: a function is a ZIP with a runtime, never an image: no registry to fill before a deployment."""

from collections.abc import Iterator

from deployer.compliance.rule_api.rule import Block, Offence, Rule


class LambdaZip(Rule):
    id = "TAP_LAMBDA_1"
    title = "A Lambda function is a ZIP with a runtime and a handler"
    mend = "give filename, source_code_hash, runtime and handler; remove package_type and image_uri"
    types = ("aws_lambda_function", "aws_ecr_repository", "aws_ecrpublic_repository")

    def judge(self, block: Block) -> Iterator[Offence]:
        values = block.values
        if block.type != "aws_lambda_function":
            yield Offence("a registry for container images is declared", "MEDIUM")
            return
        if str(values.get("package_type") or "Zip").lower() != "zip":
            yield Offence(f"package_type is {values['package_type']}")
        if values.get("image_uri"):
            yield Offence("image_uri names a container image")
        for name in ("runtime", "handler"):
            if not values.get(name):
                yield Offence(f"{name} is not set", "MEDIUM")
        if not values.get("filename") and not values.get("s3_key"):
            yield Offence("neither filename nor s3_key names a ZIP", "MEDIUM")
