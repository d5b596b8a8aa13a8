"""Scan-to-pay through the providers whose secrets only central has: WeChat Pay and Alipay."""
