"""WHAT is deployed. The only folder that imports CDKTF."""

import os

# jsii paints an eleven-line banner over every output when Node is past its end of life. `tap doctor` tells of an
# old Node instead, once, where a person looks for it. jsii reads this when its first module is imported.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20")
