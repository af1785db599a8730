data "aws_region" "c" {}
locals {
  short = {
    "us-east-1" : "use1"
    "eu-west-1" : "euw1"
  }
  short2 = { us-east-1 = "use1", eu-west-1 = "euw1" }
  elb_account = {
    "us-east-1" = "127311923021"
    "eu-west-1" = "156460612806"
  }[data.aws_region.c.name]
  code   = lookup(local.short, data.aws_region.c.name, "xx")
  multi  = data.aws_region.c.name == "us-east-1" ? "yes" : "no"
  multi2 = "us-east-1" == data.aws_region.c.name ? "yes" : "no"
  host   = data.aws_region.c.name == "us-east-1" ? "s3.amazonaws.com" : "s3.${data.aws_region.c.name}.amazonaws.com"
}
# found: TAP_REGION_1
resource "aws_instance" "hard_lookup" {
  ami           = lookup(local.short, "us-east-1")
  instance_type = "t3.micro"
}
# found: TAP_REGION_1
resource "aws_instance" "fallback" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = "region=${coalesce(var.r, "us-west-2")}"
}
variable "r" { default = "" }
resource "aws_instance" "ok" {
  ami           = local.short[data.aws_region.c.name]
  instance_type = "t3.micro"
}
resource "aws_s3_bucket_policy" "elb" {
  bucket = "b"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.elb_account}:root" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::b/*" }] })
}
resource "aws_cloudwatch_metric_alarm" "a" {
  alarm_name          = "cpu-us-east-1"
  alarm_description   = "CPU in us-east-1 is high"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
}
