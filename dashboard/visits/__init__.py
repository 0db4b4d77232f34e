"""What the schedule, the homeowner's list of visits and calendar programs are shown."""
