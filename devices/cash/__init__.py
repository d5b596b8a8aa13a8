"""Cash: coin acceptors and hoppers (ccTalk), note validators (eSSP), and the till made of them."""
