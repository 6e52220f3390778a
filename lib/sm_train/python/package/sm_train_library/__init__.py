"""What `sagemaker_containers` gives where no other package of that name is installed."""
