"""Settings of hypothesis for kernels."""

from hypothesis import settings

# The first example of a test compiles its kernels, which takes seconds.
settings.register_profile("kernels", deadline=None)
settings.load_profile("kernels")
