"""Pure rules of learning: how beats become minutes, when a lesson is learnt."""
