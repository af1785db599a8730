provider "aws" {
  region = var.region
  default_tags {
    tags = { Project = "tap" }
  }
}

resource "aws_sqs_queue" "pass_by_default" {
  name = "q"
}

variable "region" {}
