"""`netwatch top`: the fleet, or one device, as a screen that follows the running agent."""
