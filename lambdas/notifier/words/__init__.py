"""The words of messages: phrases by language, figures and times as people there write them."""
