from dataclasses import replace

from driving import MESSAGE, Case

from sync.destinations.wechat import WeChatDestination

ROW = replace(
    MESSAGE,
    channel="wechat",
    destination="wechat",
    provider_account="gh_1",
    address="o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    address_type="openid",
)
TEMPLATE = replace(
    ROW,
    message_type="template",
    template_name="ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY",
    body_parameters="thing1,time2",
    variables='{"thing1": "巧克力", "time2": "2026-11-23 09:42", '
    '"page": "https://example.test/o/1"}',
    free_text=None,
)
CASES = [
    Case(
        kind=WeChatDestination,
        row=row,
        env={
            "OTT_WECHAT_APP_ID": "wx0123456789abcdef",
            "OTT_WECHAT_APP_SECRET": "sandbox-token",
        },
        base_url="OTT_WECHAT_BASE_URL",
        path="/wechat",
        expires="code:40001#1",
    )
    for row in (ROW, TEMPLATE, replace(TEMPLATE, message_type="subscribe"))
]
