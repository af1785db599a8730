# From version 6 on most resources have a region of their own:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support

variable "region" {
  type = string
}

variable "peer_region" {
  type    = string
  default = "eu-central-1"
}

variable "regions" {
  type    = set(string)
  default = ["eu-west-1", "eu-west-2"]
}

locals {
  second = var.peer_region
}

data "aws_region" "current" {}

data "aws_regions" "all" {}

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "peer"
  region = var.peer_region
}

provider "aws" {
  alias  = "fail"
  region = "eu-north-1"
}

# what its module makes is not seen from here
provider "aws" {
  alias  = "fail_edge"
  region = "us-east-1"
}

module "certificate" {
  source    = "./queue"
  providers = { aws = aws.fail_edge }
  region    = var.region
}

# OpenTofu: https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration
provider "aws" {
  for_each = var.regions
  alias    = "each"
  region   = each.value
}

resource "aws_vpc" "pass_variable" {
  region     = var.peer_region
  cidr_block = "10.1.0.0/16"
}

resource "aws_vpc" "pass_local" {
  region     = local.second
  cidr_block = "10.1.0.0/16"
}

resource "aws_sqs_queue" "pass_each" {
  for_each = var.regions
  region   = each.key
  name     = "q"
}

resource "aws_sqs_queue" "pass_each_of_data" {
  for_each = toset(data.aws_regions.all.names)
  region   = each.key
  name     = "q"
}

resource "aws_sqs_queue" "pass_of_another" {
  region = aws_vpc.pass_variable.region
  name   = "q"
}

resource "aws_kms_replica_key" "pass_data" {
  region          = data.aws_region.current.region
  primary_key_arn = "arn"
}

resource "aws_vpc_peering_connection" "pass_peer" {
  peer_region = var.peer_region
  vpc_id      = "v"
  peer_vpc_id = "w"
}

resource "aws_acm_certificate" "pass_certificate" {
  region      = "us-east-1"
  domain_name = "example.com"
}

data "aws_availability_zones" "pass_data" {
  region = var.peer_region
}

resource "aws_vpc" "fail_literal" {
  region     = "us-west-2"
  cidr_block = "10.1.0.0/16"
}

resource "aws_vpc" "fail_one_region_only" {
  region     = "us-east-1"
  cidr_block = "10.1.0.0/16"
}

resource "aws_acm_certificate" "fail_certificate" {
  region      = "eu-west-3"
  domain_name = "example.com"
}

resource "aws_sqs_queue" "fail_each" {
  for_each = toset(["ap-south-1", "ap-south-2"])
  region   = each.key
  name     = "q"
}

resource "aws_sqs_queue" "fail_fallback" {
  region = coalesce(var.peer_region, "eu-west-3")
  name   = "q"
}

resource "aws_cloudformation_stack_set_instance" "fail_renamed" {
  stack_set_name            = "s"
  stack_set_instance_region = "eu-west-3"
}

data "aws_availability_zones" "fail_data" {
  region = "eu-west-3"
}

ephemeral "aws_secretsmanager_secret_version" "other" {
  region    = var.peer_region
  secret_id = "s"
}

module "by_variable" {
  source = "./queue"
  region = var.peer_region
}

module "by_name" {
  source = "./queue"
  region = "sa-east-1"
}
