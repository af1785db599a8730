resource "aws_subnet" "fail_zone_id" {
  vpc_id               = "v"
  availability_zone_id = "use1-az1"
}

resource "aws_lambda_function" "fail_environment" {
  environment {
    variables = { ZONES = join(",", ["apne1-az4", "usw2-az2"]) }
  }
}

resource "aws_subnet" "pass_by_data" {
  count                = 2
  vpc_id               = "v"
  availability_zone_id = data.aws_availability_zones.all.zone_ids[count.index]
}

resource "aws_subnet" "pass_by_variable" {
  vpc_id               = "v"
  availability_zone_id = var.zone
}

resource "aws_s3_bucket" "pass_looks_like_one" {
  bucket = "my-use1-az1-logs"
}

variable "zone" {
  default = "use1-az2"
}

data "aws_availability_zones" "all" {}
