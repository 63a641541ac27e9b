"""The web server: pages from a plain handler, words first; Panel sessions for the charts; open data.

Pages are drawn without a Panel session and kept by build and address, so a page costs milliseconds however
many read it. No page asks another host for anything.
"""
