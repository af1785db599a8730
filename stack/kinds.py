"""What a setting of the pipeline can be, beside the types that every project has (deployer/setting_types.py)."""

from deployer.setting_types import matching, private_list, whole_of

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TAG = matching(r"[\w\s.:/=+@-]{1,256}", "a tag value (letters, digits, spaces and _.:/=+-@, up to 256)")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
POLICY = matching(
    r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,640}",
    "the ARN of a managed policy, such as arn:aws:iam::123456789012:policy/tap-boundary",
)
BASE_NAME = matching(r"[a-z0-9][a-z0-9-]{2,37}", "3 to 38 lower-case letters, digits and hyphens")
# The periods that CloudWatch Logs knows, from a year on: the gate refuses less (CKV_AWS_338).
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION = whole_of(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
# What both become is a string of Terraform's, where `${` and `%{` would begin an expression: neither can be written.
# SNS takes no mail address beyond ASCII, nor one above 254 characters (RFC 5321, 4.5.3.1.3).
EMAILS = private_list(
    r"(?=.{6,254}\Z)[A-Za-z0-9.!#&'*+/=?^_|~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    "e-mail addresses, by comma",
)
# Without a user and password, which would lie in the state: a path that nobody guesses does for that.
URLS = private_list(
    r"https://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?(?:[/?](?:[A-Za-z0-9._~:/?@!&'()*+;=-]|%[0-9A-Fa-f]{2}){0,2000})?",
    "URLs that begin with https://, by comma, without a user in them",
)
