provider "aws" {
  region = var.region
}

resource "aws_sqs_queue" "pass_own" {
  tags = { Project = "tap" }
}

resource "aws_sqs_queue" "fail_none" {
  name = "q"
}

resource "aws_sqs_queue_policy" "pass_can_carry_none" {
  queue_url = "q"
  policy    = "{}"
}

variable "region" {}
