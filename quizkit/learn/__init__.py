"""What the learner did and what comes next: the journal of facts, the schedule, the queue, a sitting of the drill."""
