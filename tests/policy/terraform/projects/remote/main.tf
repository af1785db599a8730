module "vpc" {
  source = "git::https://git-codecommit.us-east-1.amazonaws.com/v1/repos/vpc"
  name   = "x"
}
module "s3" {
  source = "s3::https://s3-eu-west-1.amazonaws.com/modules/s3.zip"
}
# found: TAP_REGION_1
module "azs" {
  source = "terraform-aws-modules/vpc/aws"
  azs    = ["us-east-1a", "us-east-1b"]
}
provider "aws" {
  region = data.terraform_remote_state.r.outputs.region
  assume_role { role_arn = "arn:aws:iam::${var.account}:role/x" }
}
variable "account" {}
data "terraform_remote_state" "r" {
  backend = "s3"
  config  = { bucket = "b", key = "k", region = var.state_region }
}
variable "state_region" { default = "eu-west-1" }
# found: TAP_REGION_1
provider "kubernetes" {
  host = "x"
  exec {
    api_version = "v1"
    command     = "aws"
    args        = ["eks", "get-token", "--region", "us-east-1"]
  }
}
resource "aws_s3_bucket" "b" { bucket = "x" }
