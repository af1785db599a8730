terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
  backend "s3" {
    bucket       = "acme-tf-state"
    key          = "web/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
    encrypt      = true
  }
}
variable "region" {
  type    = string
  default = "us-east-1"
}
variable "azs" {
  type    = list(string)
  default = ["us-east-1a", "us-east-1b"]
}
provider "aws" {
  region = var.region
}
data "aws_region" "current" {}
data "aws_caller_identity" "me" {}
locals {
  prefix = "acme-us-east-web"
  tags = {
    Region      = "us-east-1"
    Environment = "prod"
  }
}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = merge(local.tags, { Name = "vpc us-east-1" })
}
resource "aws_subnet" "pub" {
  for_each          = toset(var.azs)
  vpc_id            = aws_vpc.main.id
  availability_zone = each.value
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, index(var.azs, each.value))
}
# found: TAP_REGION_1
resource "aws_subnet" "hard" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "us-east-1c"
  cidr_block        = "10.0.9.0/24"
}
# found: TAP_REGION_1
resource "aws_vpc_endpoint" "ddb" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.us-east-1.dynamodb"
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.${data.aws_region.current.name}.s3"
}
module "service" {
  source = "./modules/service"
  name   = local.prefix
  image  = "${data.aws_caller_identity.me.account_id}.dkr.ecr.${var.region}.amazonaws.com/web:1.2"
}
# found: TAP_REGION_1
module "service_hard" {
  source = "./modules/service"
  name   = "hard"
  image  = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1.2"
}
resource "aws_cloudwatch_log_group" "g" {
  name              = "/acme/us-east-1/web"
  retention_in_days = 30
}
resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs-us-east-1"
  tags   = { Region = "us-east-1" }
}
resource "aws_security_group" "lb" {
  name        = "lb"
  description = "Load balancer in us-east-1"
}
resource "aws_autoscaling_group" "g" {
  name     = "g"
  max_size = 2
  min_size = 1
  tag {
    key                 = "Region"
    value               = "us-east-1"
    propagate_at_launch = true
  }
}
# found: TAP_REGION_1
resource "aws_launch_template" "lt" {
  name      = "lt"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    aws ssm get-parameter --region us-east-1 --name /x
  EOT
  )
}
resource "aws_launch_template" "lt2" {
  name = "lt2"
  user_data = base64encode(templatefile("${path.module}/user_data.sh.tpl", {
    region = data.aws_region.current.name
  }))
}
# found: TAP_REGION_1
resource "aws_launch_template" "lt3" {
  name      = "lt3"
  user_data = base64encode(templatefile("${path.module}/user_data.sh.tpl", { region = "us-west-2" }))
}
# found: TAP_REGION_1
resource "aws_launch_template" "lt4" {
  name      = "lt4"
  user_data = filebase64("${path.module}/hard.sh")
}
