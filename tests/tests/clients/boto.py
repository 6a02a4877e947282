"""Asks a CloudTrail endpoint with boto3, and prints what came back as JSON.

On standard input stands {"endpoint": ..., "questions": [...]}. A question has
"parameters", and further:

  page_size  walk through all pages of so many events with the paginator
  datetimes  hand times over as datetime, not as numbers
  signed     sign with the credentials of the environment, else not at all
  then       ask this with the token of the first answer
"""

import datetime
import json
import sys

import boto3
import botocore
import botocore.config
import botocore.exceptions


def client(endpoint, signed):
    """Makes a client that gives up at once."""
    config = botocore.config.Config(
        retries={"total_max_attempts": 1},
        signature_version=None if signed else botocore.UNSIGNED,
    )
    return boto3.client(
        "cloudtrail", region_name="us-east-1", endpoint_url=endpoint, config=config
    )


def parameters(question):
    """The parameters as boto3 takes them."""
    given = dict(question["parameters"])
    for name in ("StartTime", "EndTime"):
        if question.get("datetimes") and name in given:
            given[name] = datetime.datetime.fromtimestamp(
                given[name], datetime.timezone.utc
            )
    return given


def answer(cloudtrail, question):
    """The events of the answer, and how many of each page."""
    given = parameters(question)
    if "page_size" in question:
        pages = cloudtrail.get_paginator("lookup_events").paginate(
            **given, PaginationConfig={"PageSize": question["page_size"]}
        )
    else:
        pages = [cloudtrail.lookup_events(**given)]
        if "then" in question:
            token = pages[0]["NextToken"]
            pages = [cloudtrail.lookup_events(**question["then"], NextToken=token)]
    events, sizes = [], []
    for page in pages:
        sizes.append(len(page["Events"]))
        for event in page["Events"]:
            event["EventTime"] = event["EventTime"].timestamp()
            events.append(event)
    return {"events": events, "pages": sizes}


def ask(cloudtrail, question):
    """The answer to a question, or the exception that it ended in."""
    try:
        return answer(cloudtrail, question)
    except botocore.exceptions.ClientError as error:
        name = type(error).__name__
        return {
            "exception": name,
            "is_typed": isinstance(error, getattr(cloudtrail.exceptions, name, ())),
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "message": error.response["Error"]["Message"],
        }
    except botocore.exceptions.BotoCoreError as error:
        return {"exception": type(error).__name__, "message": str(error)}


def main():
    """Asks all questions, one after the other."""
    asked = json.load(sys.stdin)
    clients = {signed: client(asked["endpoint"], signed) for signed in (True, False)}
    answers = [
        ask(clients[question.get("signed", False)], question)
        for question in asked["questions"]
    ]
    json.dump(answers, sys.stdout)


main()
