module example.com/http-fetch

go 1.27
