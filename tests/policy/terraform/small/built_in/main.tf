resource "aws_sns_topic" "t" {
  name              = "t"
  kms_master_key_id = "alias/aws/sns"
}

resource "google_sql_database_instance" "d" {
  database_version = "POSTGRES_15"

  settings {
    tier = "db-f1-micro"
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
  }
}
