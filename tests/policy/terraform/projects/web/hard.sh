#!/bin/bash
aws s3 cp s3://acme/x . --region ap-south-1
