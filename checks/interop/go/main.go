// Runs the programs of this folder against the server at OAUTH_ISSUER.
package main

import "interop/driver"

func main() {
	checkGoOIDC()
	checkOAuth2()
	checkZitadel()
	checkOAuth2Proxy()
	driver.End()
}
