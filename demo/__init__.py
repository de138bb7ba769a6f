"""The whole pipeline in one command: a simulated store or a video in, numbers beside their truth and a report out."""
