variable "region" {}
provider "aws" { region = var.region }
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1" # CloudFront takes certificates from nowhere else
}
resource "aws_acm_certificate" "c" {
  provider          = aws.us_east_1
  domain_name       = "acme.com"
  validation_method = "DNS"
}
resource "aws_acm_certificate_validation" "c" {
  provider        = aws.us_east_1
  certificate_arn = aws_acm_certificate.c.arn
}
resource "aws_wafv2_web_acl" "w" {
  provider = aws.us_east_1
  name     = "w"
  scope    = "CLOUDFRONT"
}
resource "aws_cloudfront_distribution" "d" {
  enabled = true
  viewer_certificate { acm_certificate_arn = aws_acm_certificate.c.arn }
}
# found: TAP_REGION_1
provider "aws" {
  alias  = "other"
  region = "us-east-1"
}
resource "aws_s3_bucket" "b" {
  provider = aws.other
  bucket   = "x"
}
