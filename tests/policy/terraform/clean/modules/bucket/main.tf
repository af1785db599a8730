variable "name" { type = string }
variable "readers" { type = list(string) }
variable "policy" {
  type    = string
  default = null
}
resource "aws_s3_bucket" "this" { bucket = var.name }
data "aws_iam_policy_document" "this" {
  source_policy_documents = var.policy == null ? [] : [var.policy]
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = var.readers
    }
  }
}
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json
}
output "arn" { value = aws_s3_bucket.this.arn }
