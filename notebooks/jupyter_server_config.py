"""JupyterLab for these notebooks, started by `make notebooks`: nothing in it asks another host.

Panel's widgets name style sheets of their maker's host; the policy keeps the browser from asking for them.
"""

c = get_config()  # noqa: F821  # given by JupyterLab

POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'self'"
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": POLICY}}
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
