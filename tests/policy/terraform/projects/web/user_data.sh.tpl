#!/bin/bash
export AWS_DEFAULT_REGION=${region}
