"""What a program may know of its training job: see sm_train_library.training_environment."""
import sys

import sm_train_library.training_environment

sys.modules[__name__] = sm_train_library.training_environment
