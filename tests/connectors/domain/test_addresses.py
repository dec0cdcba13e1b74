"""Where webhooks may call, and the many ways to write where they may not."""

import pytest

from loyalty.connectors.domain.addresses import Address, BadAddressError, may_call, read_address


@pytest.mark.parametrize(
    "url",
    [
        "http://till.example/",
        "ftp://till.example/",
        "//till.example/",
        "https://",
        "https:///hook",
        "https://user@till.example/",
        "https://user:word@till.example/",
        "https://till.example:8443/",
        "https://till.example:port/",
        "https://till.example/#part",
        "https://till.example\\@inside/",
        "https://till%2eexample/",
        "https://till.example/ hook",
        "https://tïll.example/",
        "https://till。example/",
        "https://[::1",
        "https://till.example/" + "x" * 500,
        "javascript:alert(1)",
        "https://till..example/",
        "https://" + "x" * 64 + ".example/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "",
    ],
)
def test_what_is_no_public_address_is_refused(url):
    """E87, attack 10: at save, before anything is looked up."""
    with pytest.raises(BadAddressError):
        read_address(url)


def test_an_address_is_taken_apart():
    assert read_address("https://till.example/hook?a=1") == Address(
        "till.example", 443, "/hook?a=1", True
    )
    assert read_address("http://localhost:8000", allows_private=True) == Address(
        "localhost", 8000, "/", False
    )


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "2001:db8::1",
        "2130706433",
        "0x7f.1",
        "localhost",
    ],
)
def test_addresses_of_other_networks_are_not_called(ip):
    """Attack 10: loopback, link-local, private, carrier-grade, mapped, wrapped, reserved."""
    assert not may_call(ip)


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_are(ip):
    assert may_call(ip)
