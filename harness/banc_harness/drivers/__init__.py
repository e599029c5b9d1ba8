"""Drivers: how the software under test is asked to do something (CONTRACTS §9).

A driver raises nothing but :class:`~banc_harness.drivers.reply.DriverFailed`, whatever the adapter does.
"""
