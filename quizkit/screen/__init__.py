"""What the learner sees and types. Nothing else imports rich, questionary or prompt_toolkit, and those come late."""
