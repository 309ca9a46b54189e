from dataclasses import fields, replace

from driving import MESSAGE, Case

from sync.destinations.kakao_alimtalk import KakaoAlimtalkDestination
from sync.destinations.kakao_brand import KakaoBrandDestination
from sync.destinations.kakao_customer_file import KakaoCustomerFileDestination
from sync.destinations.kakao_event import KakaoEventDestination
from sync.messages import KakaoCustomerRow, SendRow

NHN = {
    "OTT_KAKAO_APP_KEY": "sandbox-token",
    "OTT_KAKAO_SECRET_KEY": "sandbox-token",
}
BRAND = replace(
    MESSAGE,
    channel="kakao",
    destination="kakao_brand",
    provider_account="5e" * 20,
    address="+821012345678",
    country_code="KR",
    language_code="ko",
)
ALIMTALK = replace(
    BRAND,
    destination="kakao_alimtalk",
    purpose="utility",
    message_type="template",
    template_name="order_sent",
    free_text=None,
)
EVENT = replace(
    BRAND,
    destination="kakao_event",
    purpose="service",
    provider_account="667e5382f2b2f84cb555091c",
    address="ckUy2724egt1",
    address_type="id",
    template_name="order_answer",
)
FILE_ENV = {
    "OTT_KAKAO_ADMIN_KEY": "sandbox-token",
    "OTT_KAKAO_CHANNEL": "_acme",
    "OTT_KAKAO_FILE_ID": "21274",
}
USER = KakaoCustomerRow(
    **{f.name: getattr(MESSAGE, f.name) for f in fields(SendRow)},
    is_withdrawal=False,
    requests_per_second=10,
    states='{"ott_winback": "true", "ott_until": "202611281800", "지역": "서울"}',
    kakao_user_id="1515035367",
)
CASES = [
    Case(
        kind=KakaoAlimtalkDestination,
        row=ALIMTALK,
        env=NHN,
        base_url="OTT_KAKAO_BASE_URL",
        path="/kakao",
        repeat_tells=False,
    ),
    Case(
        kind=KakaoBrandDestination,
        row=BRAND,
        env=NHN,
        base_url="OTT_KAKAO_BASE_URL",
        path="/kakao",
    ),
    Case(
        kind=KakaoEventDestination,
        row=EVENT,
        env={"OTT_KAKAO_REST_API_KEY": "sandbox-token"},
        base_url="OTT_KAKAO_BOT_BASE_URL",
        path="/kakao",
    ),
    Case(
        kind=KakaoCustomerFileDestination,
        row=USER,
        env=FILE_ENV,
        base_url="OTT_KAKAO_API_BASE_URL",
        path="/kakao",
    ),
]
