variable "region" {
  default = "us-gov-west-1"
  validation {
    condition     = contains(["us-gov-west-1", "us-gov-east-1"], var.region)
    error_message = "us-gov-west-1 or us-gov-east-1"
  }
}
provider "aws" { region = var.region }
data "aws_partition" "p" {}
locals {
  is_gov   = startswith(var.region, "us-gov-")
  is_china = contains(["cn-north-1", "cn-northwest-1"], var.region)
  suffix   = local.is_china ? "com.cn" : "com"
  primary  = var.region == "us-gov-west-1"
}
# found: TAP_REGION_1
resource "aws_sns_topic_subscription" "s" {
  topic_arn = "arn:aws-us-gov:sns:us-gov-west-1:${var.account}:t"
  protocol  = "sqs"
  endpoint  = "arn:${data.aws_partition.p.partition}:sqs:${var.region}:${var.account}:q"
}
variable "account" {}
# found: TAP_REGION_1
resource "aws_lambda_event_source_mapping" "cn" {
  event_source_arn = "arn:aws-cn:sqs:cn-northwest-1:${var.account}:q"
  function_name    = "f"
}
# found: TAP_REGION_1
resource "aws_ssm_parameter" "p" {
  name  = "endpoint"
  type  = "String"
  value = "https://dynamodb.cn-north-1.amazonaws.com.cn"
}
resource "aws_instance" "ok" {
  count         = contains(["us-gov-west-1"], var.region) ? 1 : 0
  ami           = var.amis[var.region]
  instance_type = "t3.micro"
}
variable "amis" {
  type    = map(string)
  default = { us-gov-west-1 = "ami-1", "us-gov-east-1" = "ami-2" }
}
